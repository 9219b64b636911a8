import os


def main_handler(event, context):
    greeting = os.environ.get("GREETING", "Hello")
    return {
        "isBase64Encoded": False,
        "statusCode": 200,
        "headers": {"Content-Type": "text/plain"},
        "body": f"{greeting} from {context['function_name']}",
    }
