"""The site as a WSGI application, for Granian or any other WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from madang.kernel.common.door import Door

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madang.settings")

application = Door(get_wsgi_application())
