"""Support only: people, projects, labels and members. Notes and decisions are not edited here."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from annotation.models import Label, Membership, Project, User

admin.site.register(User, UserAdmin)


class LabelInline(admin.TabularInline):
    model = Label
    extra = 0


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "audit_rate", "nested")
    search_fields = ("name", "slug")
    inlines = (LabelInline, MembershipInline)
