"""People, and the sessions in which they are signed in."""

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class User(AbstractUser):
    """A person. The mail address of `email` is the one at work, which nobody reads who cannot sign in."""

    recovery_email = models.EmailField(blank=True)
    failed_sign_ins = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)


class Session(AbstractBaseSession):
    """A session that says whose it is, so that a person's can be ended."""

    user_id = models.BigIntegerField(null=True, db_index=True)

    @classmethod
    def get_session_store_class(cls):
        from .sessions import SessionStore

        return SessionStore
