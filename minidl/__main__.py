"""`python -m minidl` is the same program as `minidl`."""

from minidl_core.cli import main

if __name__ == "__main__":
    main()
