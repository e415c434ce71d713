"""Locks an account for a quarter of an hour after twenty failed sign-ins."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models import F
from django.utils import timezone

FAILURES = 20
LOCKED_FOR = timedelta(minutes=15)


class LockoutBackend(ModelBackend):
    """Refuses people whose account is locked, whatever password they give."""

    def user_can_authenticate(self, user):
        locked = user.locked_until is not None and user.locked_until > timezone.now()
        return super().user_can_authenticate(user) and not locked


def failed(credentials, **_):
    people = get_user_model().objects.filter(username=credentials.get("username"))
    people.update(failed_sign_ins=F("failed_sign_ins") + 1)
    too_many = people.filter(failed_sign_ins__gte=FAILURES)
    too_many.update(failed_sign_ins=0, locked_until=timezone.now() + LOCKED_FOR)


def succeeded(user, **_):
    get_user_model().objects.filter(pk=user.pk).update(failed_sign_ins=0, locked_until=None)


def connect():
    user_login_failed.connect(failed)
    user_logged_in.connect(succeeded)
