from urllib.parse import quote

import pytest
from django import forms
from django.http import QueryDict
from django.test import RequestFactory

from madang.kernel.documents.actions import keep_file
from madang.kernel.documents.forms import FilesField, receive
from madang.kernel.documents.models import File
from madang.kernel.documents.views import serve
from madang.kernel.identity.models import Account

from .samples import HTML, PDF, picture, upload


@pytest.fixture
def sender_client(client, sender):
    account = Account(login=sender.email, person=sender)
    account.set_unusable_password()
    account.save()
    client.force_login(account)
    return client


def test_files_are_handed_out_as_attachments_that_nothing_runs(sender):
    file = keep_file(upload("도로 사진.txt", "안녕".encode()), by=sender)
    response = serve(file, inline=True)
    assert b"".join(response.streaming_content).decode() == "안녕"
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('도로 사진.txt')}"
    assert response["Content-Type"] == "text/plain"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Length"] == str(file.size)


def test_pictures_may_be_shown_when_asked_for(sender):
    file = keep_file(upload("a.png", picture("PNG")), by=sender)
    assert serve(file)["Content-Disposition"].startswith("attachment")
    shown = serve(file, inline=True)
    assert shown["Content-Disposition"].startswith("inline")
    assert "sandbox" in shown["Content-Security-Policy"]


def test_only_a_pdf_that_is_to_be_shown_leaves_the_sandbox_that_its_viewer_refuses(sender):
    file = keep_file(upload("a.pdf", PDF), by=sender)
    assert "sandbox" in serve(file)["Content-Security-Policy"]
    assert "sandbox" not in serve(file, inline=True)["Content-Security-Policy"]
    assert "script" not in serve(file, inline=True)["Content-Security-Policy"]


def test_one_sees_ones_own_files_and_nobody_elses(sender_client, sender, somebody_else):
    own, other = (keep_file(upload("a.pdf", PDF), by=person) for person in (sender, somebody_else))
    assert b"".join(sender_client.get(f"/files/{own.token}/").streaming_content) == PDF
    assert sender_client.get(f"/files/{other.token}/").status_code == 404
    assert sender_client.post(f"/files/{own.token}/").status_code == 405


def test_a_passer_by_is_asked_to_sign_in(client, sender):
    own = keep_file(upload("a.pdf", PDF), by=sender)
    assert client.get(f"/files/{own.token}/").status_code == 302


class _Form(forms.Form):
    title = forms.CharField()

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["files"] = FilesField(person=person, max_files=2, required=False)


def post(sender, **data):
    return receive(RequestFactory().post("/", data), by=sender)


def test_files_survive_a_mistake_elsewhere_in_the_form(sender):
    data = post(sender, title="", files=[upload("1.pdf", PDF), upload("2.pdf", PDF)])
    form = _Form(data, person=sender)
    assert list(form.errors) == ["title"]
    page = str(form["files"])
    assert "1.pdf" in page
    assert "2.pdf" in page
    again = post(sender, title="now with a title", files=data.getlist("files"))
    form = _Form(again, person=sender)
    assert form.is_valid()
    assert form.cleaned_data["files"] == list(File.objects.order_by("id"))
    assert File.objects.count() == 2


def test_a_refused_file_is_named_and_the_others_are_kept(sender):
    data = post(sender, title="t", files=[upload("bad.png", HTML), upload("good.pdf", PDF)])
    form = _Form(data, person=sender)
    (message,) = form.errors["files"]
    assert "bad.png" in message
    assert [str(file.token) for file in File.objects.all()] == data.getlist("files")
    assert "good.pdf" in str(form["files"])


def test_a_file_can_be_taken_out_again(sender):
    first, second = (keep_file(upload(f"{number}.pdf", PDF), by=sender) for number in (1, 2))
    data = QueryDict(mutable=True)
    data.setlist("files", [str(first.token), str(second.token)])
    data["files-remove"] = str(first.token)
    data["title"] = "t"
    form = _Form(data, person=sender)
    assert form.is_valid()
    assert form.cleaned_data["files"] == [second]


def test_too_many_files_and_files_of_others_are_refused(sender, somebody_else):
    tokens = [str(keep_file(upload("a.pdf", PDF), by=sender).token) for _ in range(3)]
    assert not _Form(post(sender, title="t", files=tokens), person=sender).is_valid()
    assert not _Form(post(sender, title="t", files=tokens[:1]), person=somebody_else).is_valid()
    assert _Form(post(sender, title="t", files=tokens[:2]), person=sender).is_valid()


def test_messages_cannot_be_put_into_the_form_from_outside(sender):
    form = _Form(post(sender, title="t", **{"files-refused": "send money"}), person=sender)
    assert form.is_valid()


def test_a_draft_shows_the_files_it_holds(sender):
    file = keep_file(upload("draft.pdf", PDF), by=sender)
    form = _Form(initial={"files": [str(file.token)]}, person=sender)
    assert "draft.pdf" in str(form["files"])
