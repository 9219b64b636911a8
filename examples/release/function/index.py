def main_handler(event, context):
    return {"isBase64Encoded": False, "statusCode": 200, "headers": {}, "body": "one\n"}
