"""Pictures that strangers send: decoded, bounded, written anew without what cameras and phones hide in them."""

import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image, ImageFile, ImageOps, ImageSequence

from helpdesk.errors import BadUpload

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
MAX_PIXELS = 50_000_000  # all frames together: 200 MB of memory at four bytes each
_MAX_FRAMES = 200
# What Pillow's decoders raise on damaged or hostile files.
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, struct.error, OverflowError)


def clean_picture(data: bytes) -> tuple[str, bytes]:
    """Content type and the bytes written anew: upright, colours kept, no EXIF, GPS, XMP or comment.

    Raises:
        BadUpload: "wrong_type" if it is no readable PNG, JPEG, WebP or GIF, "too_large" if it has too many pixels.
    """
    try:
        with _open(data) as picture:
            _refuse_bombs(picture)
            written = _WRITERS[str(picture.format)](picture)
            return FORMATS[str(picture.format)], written
    except Image.DecompressionBombError as bomb:
        raise BadUpload("too_large") from bomb
    except _UNREADABLE as unreadable:
        raise BadUpload("wrong_type") from unreadable


def _open(data: bytes) -> ImageFile.ImageFile:
    """Reads the header only."""
    return Image.open(BytesIO(data), formats=tuple(FORMATS))


def _refuse_bombs(picture: ImageFile.ImageFile) -> None:
    frames = min(getattr(picture, "n_frames", 1), _MAX_FRAMES)
    if picture.width * picture.height * frames > MAX_PIXELS:
        raise BadUpload("too_large")


def _write_jpeg(picture: ImageFile.ImageFile) -> bytes:
    return _save(_upright(picture), picture, quality=90, comment=b"")


def _write_png(picture: ImageFile.ImageFile) -> bytes:
    return _save(_upright(picture), picture)


def _write_webp(picture: ImageFile.ImageFile) -> bytes:
    return _save(_upright(picture), picture, quality=90)


def _write_gif(picture: ImageFile.ImageFile) -> bytes:
    frames = [frame.copy() for _, frame in zip(range(_MAX_FRAMES), ImageSequence.Iterator(picture), strict=False)]
    moving: dict[str, Any] = {"save_all": True, "append_images": frames[1:]} if len(frames) > 1 else {}
    for frame in frames:
        frame.info.pop("comment", None)
    if moving:
        moving |= {"duration": picture.info.get("duration", 100), "loop": picture.info.get("loop", 0)}
    return _save(frames[0], picture, **moving)


def _upright(picture: ImageFile.ImageFile) -> Image.Image:
    """Turned as the camera was held, because the note about it goes with the EXIF."""
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    upright.info = {k: v for k, v in upright.info.items() if k == "transparency"}
    return upright


def _save(image: Image.Image, original: ImageFile.ImageFile, **options: Any) -> bytes:
    written = BytesIO()
    if original.format != "GIF" and original.info.get("icc_profile"):
        options["icc_profile"] = original.info["icc_profile"]
    image.save(written, str(original.format), **options)
    return written.getvalue()


_WRITERS: dict[str, Callable[[ImageFile.ImageFile], bytes]] = {
    "PNG": _write_png,
    "JPEG": _write_jpeg,
    "WEBP": _write_webp,
    "GIF": _write_gif,
}
