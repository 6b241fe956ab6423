"""`python -m engine.cli`, the form that `torchrun -m` needs."""

from engine.cli import main

if __name__ == "__main__":
    main()
