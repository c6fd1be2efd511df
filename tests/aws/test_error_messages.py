"""Every error of an AWS call is a message with a next step that fits."""

import inspect
import re
import socket
import ssl
from dataclasses import replace
from typing import Any

import botocore.exceptions
import botocore.parsers
import pytest
import requests
import urllib3
from botocore.exceptions import ClientError
from botocore.retries.standard import ThrottledRetryableChecker
from botocore.session import Session

from slipway.aws import error_meanings
from slipway.aws.error_messages import error_code, explain_aws_error
from slipway.aws.hints import Call
from slipway.errors import ConfigurationError, Failed, SlipwayError
from slipway.settings import Settings

REPEAT = "the same command again"
CLASSES = [
    each
    for _, each in inspect.getmembers(botocore.exceptions, inspect.isclass)
    if issubclass(each, Exception) and not issubclass(each, Warning)
]


def instance(kind: type[Exception]) -> Exception:
    """Make an error of botocore's with a word for each of its fields."""
    if issubclass(kind, ClientError):
        return kind({"Error": {"Code": "Unknown", "Message": "no"}}, "DescribeStacks")
    fields = re.findall(r"{(\w+)", str(getattr(kind, "fmt", "")))
    known: dict[str, Any] = dict.fromkeys(
        [*fields, "error", "name", "reason", "last_response"], "x"
    )
    for names in ({}, known, {"name": "x", "reason": "x", "last_response": {}}):
        try:
            return kind(**names)
        except (KeyError, TypeError):
            continue
    return kind("x")


def refusal(code: str, message: str = "no") -> ClientError:
    """Make an error as AWS answers it."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeStacks")


def explained(error: Exception, call: Call | None = None) -> SlipwayError:
    """Explain an error that must have an explanation."""
    found = explain_aws_error(error, call or Call())
    assert found is not None
    return found


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_of_botocore_is_explained(kind: type[Exception]) -> None:
    """None breaks the explanation, and each has a next step."""
    found = explained(instance(kind))
    assert isinstance(found, Failed | ConfigurationError)
    assert found.hint


def test_every_class_of_the_table_is_botocore_s() -> None:
    """A name that is written wrongly would never match."""
    known = {each.__name__ for each in CLASSES} | {"ResponseParserError"}
    named = {name for names in error_meanings.BY_CLASS.values() for name in names}
    assert named - known == set()
    assert hasattr(botocore.parsers, "ResponseParserError")


def test_a_code_has_one_meaning() -> None:
    """No code is in two rows."""
    codes = [code for codes in error_meanings.BY_CODE.values() for code in codes]
    assert len(codes) == len(set(codes))


def test_what_botocore_slows_down_for_is_throttling() -> None:
    """Its own list, but for a code that means a quota in the services that are used here."""
    checker: Any = ThrottledRetryableChecker
    known = set(checker._THROTTLED_ERROR_CODES)  # noqa: SLF001 - nothing public
    assert known - {"LimitExceededException"} <= error_meanings.BY_CODE[error_meanings.THROTTLED]


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (refusal("ExpiredToken"), ConfigurationError, "expired"),
        (refusal("InvalidClientTokenId"), ConfigurationError, "does not accept the credentials"),
        (refusal("AccessDeniedException"), ConfigurationError, "denied"),
        (refusal("InvalidIdentityToken"), ConfigurationError, "job's token"),
        (refusal("RequestExpired"), ConfigurationError, "clock"),
        (
            refusal("SignatureDoesNotMatch", "Signature expired: 2026 is now earlier than"),
            ConfigurationError,
            "clock",
        ),
        (refusal("ThrottlingException"), Failed, REPEAT),
        (refusal("ServiceUnavailable"), Failed, REPEAT),
        (refusal("ValidationError"), Failed, "correct what the message names"),
        (refusal("LimitExceededException"), Failed, "Service Quotas"),
        (refusal("ClusterNotFoundException"), Failed, "account and the region"),
        (refusal("407"), Failed, "not from AWS"),
        (instance(botocore.exceptions.ReadTimeoutError), Failed, "no answer"),
        (instance(botocore.exceptions.ConnectionClosedError), Failed, "no answer"),
        (instance(botocore.exceptions.SSLError), ConfigurationError, "AWS_CA_BUNDLE"),
        (instance(botocore.exceptions.ProxyConnectionError), ConfigurationError, "HTTPS_PROXY"),
        (instance(botocore.exceptions.NoCredentialsError), ConfigurationError, "AWS_PROFILE"),
        (instance(botocore.exceptions.NoRegionError), ConfigurationError, "AWS_REGION"),
        (botocore.parsers.ResponseParserError("garbage"), Failed, "not from AWS"),
        (ConnectionResetError(104, "reset"), Failed, "no answer"),
        (TimeoutError("timed out"), Failed, "no answer"),
        (socket.gaierror(-2, "Name or service not known"), Failed, "no answer"),
        (ssl.SSLCertVerificationError(1, "self-signed"), ConfigurationError, "AWS_CA_BUNDLE"),
        (urllib3.exceptions.ProtocolError("broken"), Failed, "no answer"),
        (requests.exceptions.ReadTimeout("slow"), Failed, "no answer"),
    ],
)
def test_an_error_says_whose_fault_it_is(
    error: Exception, kind: type[SlipwayError], words: str
) -> None:
    """By AWS's code, or by the class of what the network did."""
    found = explained(error)
    assert type(found) is kind
    assert words in str(found)


@pytest.mark.parametrize(
    "error",
    [
        *(refusal(code) for code in sorted(error_meanings.BY_CODE[error_meanings.REFUSED])),
        instance(botocore.exceptions.ParamValidationError),
        instance(botocore.exceptions.MissingParametersError),
        refusal("AccessDenied"),
        refusal("SomethingUnheardOf"),
    ],
    ids=str,
)
def test_what_fails_again_is_not_to_be_typed_again(error: Exception) -> None:
    """The same request has the same answer."""
    assert REPEAT not in explained(error).hint


def test_a_fault_of_ours_is_not_explained() -> None:
    """It has a traceback, for those who can correct it."""
    assert explain_aws_error(ZeroDivisionError(), Call()) is None
    assert explain_aws_error(KeyError("Stacks"), Call()) is None


def test_a_field_that_the_answer_lacks_is_explained() -> None:
    """DescribeStacks without Stacks: what answers there is not AWS."""
    model = Session().get_service_model("cloudformation").operation_model("DescribeStacks")
    call = Call(None, "cloudformation DescribeStacks", "proxy.example", model.output_shape)
    assert explain_aws_error(KeyError("StackStatus"), call)
    found = explained(KeyError("Stacks"), call)
    assert "cloudformation DescribeStacks at proxy.example" in found.what
    assert "not from AWS" in found.what
    assert explain_aws_error(KeyError("other"), call) is None


@pytest.mark.parametrize("answer", [{"Stacks": []}, {"Stacks": None}])
def test_an_empty_answer_is_explained(answer: dict[str, Any]) -> None:
    """By the field that our own line reads; another list's end is a fault of ours."""
    model = Session().get_service_model("cloudformation").operation_model("DescribeStacks")
    call = Call(None, "cloudformation DescribeStacks", "proxy.example", model.output_shape)
    with pytest.raises((IndexError, TypeError)) as caught:
        answer["Stacks"][0]
    assert "not from AWS" in explained(caught.value, call).what
    own: list[str] = []
    with pytest.raises(IndexError) as fault:
        own[0]
    assert explain_aws_error(fault.value, call) is None


def test_a_denial_names_the_identity_and_its_source(staging: Settings) -> None:
    """Which of a person's credentials it is, and how a deployment role gets a new permission."""
    arn = "arn:aws:sts::123456789012:assumed-role/shop-deploy/slipway"
    error = refusal("AccessDenied", f"User: {arn} is not authorized to perform: ecs:RunTask")
    profile = replace(staging, profile="shop", credentials_from=("STAGING_AWS_PROFILE",))
    hint = explained(error, Call(profile)).hint
    assert f"{arn}, by STAGING_AWS_PROFILE (shop)" in hint
    assert hint.endswith("invoke bootstrap --env staging")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"profile": "shop", "credentials_from": ("AWS_PROFILE",)},
            "aws sso login --profile shop (AWS CLI version 2)",
        ),
        ({"role_arn": "arn", "id_token": "jwt"}, "run the job again"),
        (
            {"session_token": "x", "credentials_from": ("AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN")},
            "get a new temporary key, and set AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN",
        ),
    ],
)
def test_expired_credentials_are_renewed_by_their_kind(
    staging: Settings, changes: dict[str, Any], words: str
) -> None:
    """The hint fits what is set."""
    used = replace(staging, access_key_id=None, secret_access_key=None, **changes)
    for error in (
        refusal("ExpiredTokenException"),
        instance(botocore.exceptions.UnauthorizedSSOTokenError),
    ):
        assert words in explained(error, Call(used)).hint


def test_a_job_with_a_token_and_no_role_learns_which_variable_is_missing(staging: Settings) -> None:
    """Id_tokens alone are no credentials."""
    bare = replace(staging, access_key_id=None, secret_access_key=None, credentials_from=())
    found = explained(
        instance(botocore.exceptions.NoCredentialsError), Call(bare, has_id_token=True)
    )
    assert "set STAGING_AWS_ROLE_ARN" in found.hint
    assert "invoke bootstrap --env staging" in found.hint


@pytest.mark.parametrize("response", [None, {}, {"Error": None}, {"Error": {}}, "text"])
def test_an_error_without_an_answer_has_no_code(response: object) -> None:
    """Some of botocore's errors have a response that is None."""
    error = instance(botocore.exceptions.ConnectionClosedError)
    error.response = response  # type: ignore[attr-defined]
    assert error_code(error) == ""
    assert error_code(refusal("ValidationError")) == "ValidationError"
