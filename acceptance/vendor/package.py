"""Code packages."""

import base64
import io
import zipfile

HELLO = """
def main(event, context):
    print('called')
    return event
"""
SLOW = """
import time

def main(event, context):
    time.sleep(60)
"""


def package(code, name="index.py"):
    """A zip of one file, in base64."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, code)
    return base64.b64encode(content.getvalue()).decode()
