"""Support only: people, projects, labels and members. Notes and decisions are not edited here."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from annotation.models import Label, Membership, Project, User

admin.site.register(User, UserAdmin)


class LabelInline(admin.TabularInline):
    """To look at: labels change on the guidelines page, where each change is a version."""

    model = Label
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "audit_rate", "nested")
    search_fields = ("name", "slug")
    inlines = (LabelInline, MembershipInline)
