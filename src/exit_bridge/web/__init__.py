"""The web service. `create_app` is what a WSGI server is given: `exit_bridge.web:create_app()`."""

from exit_bridge.web.app import create_app

__all__ = ["create_app"]
