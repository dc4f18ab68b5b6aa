"""Converts objects of the package for comparison: the same members in all languages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import peerid

from .shown import note_shown


def view_of_error(error: peerid.PeerIDError) -> dict[str, Any]:
    note_shown(f"{error!r} {error} {error.detail}")
    return {
        "code": error.name,
        "outcome": error.outcome.name.lower(),
        "http_status": error.http_status or 0,
        "retryable": error.retryable,
        "retry_after_ms": round((error.retry_after or 0) * 1000),
        "message": error.message,
        "detail": error.detail,
        "fields": error.fields,
        "reason": error.reason,
        "transaction_id": error.transaction_id,
        "mark": error.mark,
    }


def view_of_token(token: peerid.Token) -> dict[str, Any]:
    return {
        "access_token": token.access_token,
        "refresh_token": token.refresh_token,
        "scope": None if token.scope is None else list(token.scope),
        "expires_at_ms": token.expires_at_ms,
        "app_id": token.app_id,
        "user_id": token.user_id,
        "generation": token.generation,
    }


def view_of_settlement(settlement: peerid.Settlement) -> dict[str, Any]:
    return {
        "state": settlement.state,
        "transaction_id": settlement.transaction_id,
        "block_num": settlement.block_num,
        "trx_num": settlement.trx_num,
        "irreversible": settlement.irreversible,
        "transactions": [asdict(each) for each in settlement.transactions],
        "retry_after_ms": round((settlement.retry_after or 0) * 1000),
    }


def view_of_result(result: peerid.Result) -> dict[str, Any]:
    return {
        "transaction_id": result.transaction_id,
        "block_num": result.block_num,
        "trx_num": result.trx_num,
        "created_ids": list(result.created_ids),
        "transaction_token": result.transaction_token,
        "json": result.json,
        "text": result.text,
    }
