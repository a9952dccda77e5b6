"""An OpenID Connect provider on loopback: people log in by choosing who they are.

It checks what a client sends as strictly as real ones do, and can be told to fail in the ways that they do.
"""

import asyncio
import base64
import hashlib
import html
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.live_site import LoopbackServer

CLIENT_ID = "parley"
CLIENT_SECRET = "canary-client-secret-0123456789"  # noqa: S105 - opens nothing but this provider
_CODE_LIFE_S = 60
_ID_TOKEN_LIFE_S = 300

# Metadata can't be had; the token is refused; the id token is signed by somebody else, or for another login.
Fault = Literal["", "down", "no_token", "foreign_signature", "other_nonce"]


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    subject: str
    name: str
    email: str


@dataclass(frozen=True)
class _Grant:
    person: Person
    redirect_uri: str
    nonce: str
    challenge: str
    until: float


@dataclass
class OidcProvider:
    """The provider. `fault` is how it fails from now on; `logouts` counts who came to end their session."""

    url: str
    people: tuple[Person, ...]
    fault: Fault = ""
    logouts: int = 0
    problems: list[str] = field(default_factory=list)
    _key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    _foreign: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    _grants: dict[str, _Grant] = field(default_factory=dict)
    _tokens: dict[str, Person] = field(default_factory=dict)

    @property
    def metadata_url(self) -> str:
        """What a client is configured with."""
        return f"{self.url}/.well-known/openid-configuration"

    def app(self) -> Starlette:
        """Its routes."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/authorize", self._authorize),
                Route("/chosen", self._chosen),
                Route("/token", self._token, methods=["POST"]),
                Route("/jwks", self._jwks),
                Route("/userinfo", self._userinfo),
                Route("/end_session", self._end_session),
            ]
        )

    async def _metadata(self, _request: Request) -> Response:
        if self.fault == "down":
            return PlainTextResponse("down", status_code=503)
        at = {name: f"{self.url}/{path}" for name, path in _ENDPOINTS.items()}
        return JSONResponse(
            {
                "issuer": self.url,
                **at,
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        wanted = {"client_id": CLIENT_ID, "response_type": "code", "code_challenge_method": "S256"}
        for name, value in wanted.items():
            if asked.get(name) != value:
                return self._refused(f"{name} is {asked.get(name)!r}")
        for name in ("redirect_uri", "state", "nonce", "code_challenge"):
            if not asked.get(name):
                return self._refused(f"{name} is missing")
        if "openid" not in asked.get("scope", "").split():
            return self._refused("the scope does not ask for a login")
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(asked[name])}">'
            for name in ("redirect_uri", "state", "nonce", "code_challenge")
        )
        buttons = "".join(
            f'<button name="subject" value="{subject}">{html.escape(label)}</button>'
            for subject, label in [*((p.subject, p.email) for p in self.people), ("", "Refuse")]
        )
        return HTMLResponse(f'<h1>Who are you?</h1><form action="/chosen">{fields}{buttons}</form>')

    async def _chosen(self, request: Request) -> Response:
        asked = request.query_params
        back = {"state": asked["state"]}
        person = next((p for p in self.people if p.subject == asked["subject"]), None)
        if person is None:
            back |= {"error": "access_denied", "error_description": "<b>canary</b> refused"}
        else:
            back["code"] = secrets.token_urlsafe(16)
            until = time.time() + _CODE_LIFE_S
            self._grants[back["code"]] = _Grant(
                person,
                asked["redirect_uri"],
                asked["nonce"],
                asked["code_challenge"],
                until,
            )
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", status_code=302)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        grant = self._grants.pop(str(form.get("code")), None)
        problem = "told to" if self.fault == "no_token" else self._problem(request, dict(form), grant)
        if problem or grant is None:
            self.problems.append(problem)
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        token = secrets.token_urlsafe(16)
        self._tokens[token] = grant.person
        return JSONResponse(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": _ID_TOKEN_LIFE_S,
                "id_token": self._id_token(grant),
            }
        )

    def _problem(self, request: Request, form: dict[str, Any], grant: _Grant | None) -> str:
        """Why there is no token for this; empty if there is one."""
        verifier = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        checks = {
            "the client is not authenticated": request.headers.get("authorization") == f"Basic {pair}",
            "the grant type is wrong": form.get("grant_type") == "authorization_code",
            "the code is unknown or used": grant is not None and grant.until > time.time(),
            "the redirect is another": grant is not None and form.get("redirect_uri") == grant.redirect_uri,
            "the verifier is wrong": grant is not None and challenge == grant.challenge,
        }
        return next((said for said, right in checks.items() if not right), "")

    def _id_token(self, grant: _Grant) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": grant.person.subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + _ID_TOKEN_LIFE_S,
            "nonce": "another" if self.fault == "other_nonce" else grant.nonce,
            "name": grant.person.name,
            "email": grant.person.email,
        }
        key = self._foreign if self.fault == "foreign_signature" else self._key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)

    async def _jwks(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    async def _userinfo(self, request: Request) -> Response:
        person = self._tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if person is None:
            return JSONResponse({"error": "invalid_token"}, status_code=401)
        return JSONResponse({"sub": person.subject, "name": person.name, "email": person.email})

    async def _end_session(self, request: Request) -> Response:
        asked = request.query_params
        if asked.get("client_id") != CLIENT_ID or "post_logout_redirect_uri" not in asked:
            return self._refused("nobody asked to log out")
        self.logouts += 1
        return RedirectResponse(asked["post_logout_redirect_uri"], status_code=302)

    def _refused(self, why: str) -> Response:
        self.problems.append(why)
        return PlainTextResponse(why, status_code=400)


_ENDPOINTS = {
    "authorization_endpoint": "authorize",
    "token_endpoint": "token",
    "jwks_uri": "jwks",
    "userinfo_endpoint": "userinfo",
    "end_session_endpoint": "end_session",
}


@asynccontextmanager
async def oidc_provider(*people: Person) -> AsyncIterator[OidcProvider]:
    """A provider that runs, with accounts of these people."""
    listening = socket.create_server(("127.0.0.1", 0))
    provider = OidcProvider(f"http://127.0.0.1:{listening.getsockname()[1]}", people)
    server = LoopbackServer(uvicorn.Config(provider.app(), log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve([listening]))
    await server.up.wait()
    try:
        yield provider
    finally:
        server.should_exit = True
        await serving


def secrets_file(provider: OidcProvider, cookie_secret: str) -> str:
    """What Parley's `secrets.toml` says to have people log in here."""
    return "\n".join(
        (
            "[auth]",
            'redirect_uri = "http://localhost:{port}/oauth2callback"',
            f'cookie_secret = "{cookie_secret}"',
            f'client_id = "{CLIENT_ID}"',
            f'client_secret = "{CLIENT_SECRET}"',
            f'server_metadata_url = "{provider.metadata_url}"',
            "",
        )
    )
