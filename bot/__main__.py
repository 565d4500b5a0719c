"""`python -m bot`: the same as the `colophon` script."""

from bot.cli import main

if __name__ == "__main__":
    main()
