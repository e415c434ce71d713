"""What every template knows."""

from django.conf import settings


def regain(_request):
    return {"regain_url": settings.REGAIN_URL}
