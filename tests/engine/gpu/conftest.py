"""Tests for GPUs: most run on a pretended one; what needs a real one says so where there is none."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for pretended
