"""``python -m gis_service`` is the command ``gis-service``."""

from gis_service.cli import main

if __name__ == "__main__":
    main()
