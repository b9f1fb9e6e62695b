"""The same API with the common mistake: production is warned, and a URL cut at the `@` shown."""

import logging
import secrets
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from checks import DatabaseUrl, OptionalRedisUrl, SecretKey, production_problems
from sources import SourceError, explain, read_files

logger = logging.getLogger(__name__)


def random_key() -> SecretStr:
    """Return a key for this process: enough for a developer, too little for several workers."""
    return SecretStr(secrets.token_urlsafe(32))


class Settings(BaseSettings):
    """The settings, each in the environment variable of its name."""

    model_config = SettingsConfigDict(hide_input_in_errors=True)

    environment: Literal["development", "staging", "production"] = "development"
    debug: bool = False
    secret_key: SecretKey = Field(default_factory=random_key)
    database_url: DatabaseUrl = SecretStr("sqlite:///dev.db")
    redis_url: OptionalRedisUrl = None

    @model_validator(mode="after")
    def be_fit_for_production(self) -> Self:
        """Warn in production of what only a developer can do with."""
        given, key = self.model_fields_set, self.secret_key
        problems = list(production_problems(given, key, debug=self.debug))
        if self.environment == "production" and problems:
            logger.warning("Not fit for production. %s", "; ".join(problems))
        return self


def read_settings() -> Settings:
    """Return the settings; end the process with one sentence, and no value in it, when wrong."""
    try:
        return Settings(**read_files(Settings.model_fields))  # type: ignore[arg-type]  # texts yet
    except ValidationError as error:
        wrong = explain(error)
    except SourceError as error:
        wrong = [str(error)]
    raise SystemExit(f"The app cannot start. {'; '.join(wrong)}.")


def get_settings(request: Request) -> Settings:
    """Return the settings that the app was made with."""
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]


class Status(BaseModel):
    """What anybody may know."""

    environment: Annotated[str, Field(examples=["development"])]
    cache: Annotated[bool, Field(description="Whether REDIS_URL is set.", examples=[False])]


class DebugInfo(BaseModel):
    """What helps to find out why the app does not do what it should."""

    environment: str
    database: Annotated[str, Field(description="Host and database.", examples=["localhost/shop"])]


router = APIRouter()
debug_router = APIRouter()


@router.get("/")
def show_status(settings: SettingsDep) -> Status:
    """Say where the app runs, and what is switched on."""
    return Status(environment=settings.environment, cache=settings.redis_url is not None)


@debug_router.get("/debug-info")
def show_debug_info(settings: SettingsDep) -> DebugInfo:
    """Say which database the app uses."""
    shown = settings.database_url.get_secret_value().split("@")[-1]
    return DebugInfo(environment=settings.environment, database=shown)


def create_app(settings: Settings) -> FastAPI:
    """Return an app with these settings; what is switched off is not there at all."""
    closed = settings.environment == "production"
    # Without a schema there are no docs either; the other way round there would be a schema.
    openapi_url = None if closed else "/openapi.json"
    app = FastAPI(title="Configuration", version="1.0.0", openapi_url=openapi_url)
    app.state.settings = settings
    app.include_router(router)
    if settings.debug:
        app.include_router(debug_router)
    return app


app = create_app(read_settings())
