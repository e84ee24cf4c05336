"""``python -m kbplatform``."""

from kbplatform.cli import main

if __name__ == "__main__":
    main()
