"""What is said when a draft can't be put on its way, in both languages."""

from __future__ import annotations

from gis_service.errors import ConflictError, NotFoundError, ParameterError, StaleError
from gis_service.model.drafts import DRAFT_STATES, Draft


def given_text(value: str, name: str, *, longest: int) -> str:
    """Give a text without the space around it, or refuse one that is too long."""
    text = value.strip()
    if len(text) > longest:
        raise ParameterError(
            f"{name} 有 {len(text)} 个字符，最多 {longest} 个。",
            f"{name} has {len(text)} characters; at most {longest} are allowed.",
            parameter=name,
        )
    return text


def stale(number: int) -> StaleError:
    """Say that the boundaries or the policy changed after the preview."""
    return StaleError(
        f"预览之后边界或策略已改变（现为边界版本 {number}）。"
        "草稿仍在：请按当前版本重新预览后再确认。",
        f"The boundaries or the policy changed after the preview (boundary version {number} holds "
        "now). The draft is still there: make the preview anew and confirm then.",
        version=number,
    )


def too_many(most: int) -> ConflictError:
    """Say that too many drafts wait."""
    return ConflictError(
        f"已有 {most} 份导入草稿待确认。请先确认或放弃一些。",
        f"{most} drafts wait already. Confirm or discard some first.",
        most=most,
    )


def no_draft(draft_id: str) -> NotFoundError:
    """Say that there is no such draft."""
    return NotFoundError(
        f"没有导入草稿“{draft_id}”，它可能已过期。请重新上传文件。",
        f"There is no draft {draft_id!r}; it may have expired. Send the file again.",
        id=draft_id,
    )


def not_now(draft: Draft) -> ConflictError:
    """Say that a draft is in another state."""
    now = DRAFT_STATES[draft.state]
    return ConflictError(
        f"草稿现为“{now.zh}”，不能执行此操作。请刷新页面查看。",
        f"The draft is now: {now.en}; this can't be done with it. Load the page again.",
        state=draft.state,
    )


def no_reason() -> ParameterError:
    """Say that a reason is needed."""
    return ParameterError(
        "请填写导入原因；它将写入边界版本和审计记录。",
        "Give the reason of the import; it will stand in the version and in the audit trail.",
        parameter="reason",
    )
