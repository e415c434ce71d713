"""The admin site, at the root."""

from django.contrib import admin
from django.urls import path

admin.site.site_header = "Portal"
urlpatterns = [path("", admin.site.urls)]
