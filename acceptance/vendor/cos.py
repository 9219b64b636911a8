"""The vendor's SDK for object storage against the local cloud."""

import os

from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosServiceError

from package import HELLO, package

app_id = "1250000000"
bucket = f"code-{app_id}"
scheme, _, domain = os.environ["TENCENTCLOUD_COS_DOMAIN"].partition("://")
client = CosS3Client(CosConfig(
    Region=os.environ["TENCENTCLOUD_REGION"],
    SecretId=os.environ["TENCENTCLOUD_SECRET_ID"],
    SecretKey=os.environ["TENCENTCLOUD_SECRET_KEY"],
    Scheme=scheme,
    Endpoint=f"cos.{os.environ['TENCENTCLOUD_REGION']}.{os.environ['TENCENTCLOUD_DOMAIN']}",
    Proxies={"http": os.environ["HTTP_PROXY"]},
))

client.create_bucket(Bucket=bucket)
names = [it["Name"] for it in client.list_buckets()["Buckets"]["Bucket"]]
assert names == [bucket], names

content = package(HELLO).encode()
put = client.put_object(Bucket=bucket, Key="one.zip", Body=content)
got = client.get_object(Bucket=bucket, Key="one.zip")
assert got["Body"].get_raw_stream().read() == content and got["ETag"] == put["ETag"]

# In parts of 1 MB.
upload = client.create_multipart_upload(Bucket=bucket, Key="big")["UploadId"]
parts = [
    {"PartNumber": number, "ETag": client.upload_part(
        Bucket=bucket, Key="big", UploadId=upload, PartNumber=number, Body=b"x" * (1 << 20)
    )["ETag"]}
    for number in [1, 2]
]
client.complete_multipart_upload(
    Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Part": parts}
)
assert client.head_object(Bucket=bucket, Key="big")["Content-Length"] == str(2 << 20)

keys = [it["Key"] for it in client.list_objects(Bucket=bucket)["Contents"]]
assert keys == ["big", "one.zip"], keys
for key in keys:
    client.delete_object(Bucket=bucket, Key=key)
try:
    client.get_object(Bucket=bucket, Key="big")
except CosServiceError as error:
    assert error.get_error_code() == "NoSuchKey", error
else:
    raise AssertionError("a deleted object was read")
client.delete_bucket(Bucket=bucket)
print("cos: buckets, objects and parts ok")
