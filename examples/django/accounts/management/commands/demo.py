"""Makes the tables and a person where there are none, shows mails in the terminal, and serves the portal."""

import email
from email.policy import default

from aiosmtpd.controller import Controller
from django.contrib.auth.models import Group, Permission
from django.core.management import BaseCommand, call_command

from accounts.models import User


class Mailbox:
    """Takes mails and prints them."""

    async def handle_DATA(self, _server, _session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=default)
        print(f"\nTo: {mail['to']}\nSubject: {mail['subject']}\n\n{mail.get_body(('plain',)).get_content()}", flush=True)
        return "250 Taken"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--address", default="127.0.0.1:8000", help="where the portal is served")
        parser.add_argument("--mail-port", type=int, default=1025, help="where mails are taken; 0: nowhere")
        parser.add_argument("--prepare-only", action="store_true", help="make the tables and the person, and end")

    def handle(self, *_, address, mail_port, prepare_only, **__):
        call_command("migrate", verbosity=0)
        if not User.objects.exists():
            add_people()
        if prepare_only:
            return
        if mail_port:
            Controller(Mailbox(), hostname="127.0.0.1", port=mail_port).start()
        self.stdout.write("Sign in as ada, with the password: analytical engine notes")
        call_command("runserver", address, use_reloader=False)


def add_people():
    readers, _ = Group.objects.get_or_create(name="readers")
    readers.permissions.add(Permission.objects.get(codename="view_user"))
    ada = User.objects.create_user(
        "ada",
        email="ada@portal.example",
        password="analytical engine notes",
        first_name="Ada",
        last_name="Lovelace",
        recovery_email="ada.lovelace@mail.example",
        is_staff=True,
    )
    ada.groups.add(readers)
