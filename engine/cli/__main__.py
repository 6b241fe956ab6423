"""`python -m engine.cli`, the form that `accelerate launch -m` needs."""

from engine.cli import main

if __name__ == "__main__":
    main()
