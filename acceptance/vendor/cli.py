"""The vendor's CLI against the local cloud."""

import json
import os
import subprocess
import tempfile

from package import HELLO, package

home = tempfile.TemporaryDirectory()


def run(service, action, *options, **parameters):
    """What the command prints; parameters go as the CLI takes them, one option each."""
    command = ["tccli", service, action, "--endpoint", os.environ["TENCENTCLOUD_ENDPOINT"]]
    for name, value in parameters.items():
        command += [f"--{name}", value if isinstance(value, str) else json.dumps(value)]
    environment = {**os.environ, "HOME": home.name}
    return subprocess.run([*command, *options], env=environment, capture_output=True, text=True)


def tccli(service, action, *options, **parameters):
    ended = run(service, action, *options, **parameters)
    assert ended.returncode == 0, f"{service} {action}: {ended.stdout}{ended.stderr}"
    # A command that waits prints what it saw meanwhile.
    return json.loads(ended.stdout[ended.stdout.index("{"):])


def refused(code, service, action, **parameters):
    ended = run(service, action, **parameters)
    assert ended.returncode != 0 and code in ended.stdout + ended.stderr, ended


def wait(expression, to):
    return ["--waiter", json.dumps({"expr": expression, "to": to, "timeout": 30, "interval": 1})]


code = {"ZipFile": package(HELLO)}
tccli("scf", "CreateNamespace", Namespace="team")
usual = {"FunctionName": "hello", "Namespace": "team"}
tccli("scf", "CreateFunction", **usual, Runtime="Python3.6", Handler="index.main", Code=code)
created = tccli("scf", "GetFunction", *wait("Status", "Active"), **usual)
assert created["MemorySize"] == 128, created
tccli("scf", "UpdateFunctionConfiguration", **usual, MemorySize=256)
assert tccli("scf", "GetFunction", *wait("Status", "Active"), **usual)["MemorySize"] == 256
print("cli: functions ok", flush=True)

answer = tccli("scf", "Invoke", **usual, ClientContext='{"a": 1}')["Result"]
assert json.loads(answer["RetMsg"]) == {"a": 1}, answer
logs = tccli("scf", "GetFunctionLogs", **usual)["Data"]
assert len(logs) == 1 and logs[0]["RequestId"] == answer["FunctionRequestId"], logs
print("cli: calls and logs ok", flush=True)

version = tccli("scf", "PublishVersion", **usual)["FunctionVersion"]
tccli("scf", "GetFunction", *wait("Status", "Active"), **usual, Qualifier=version)
tccli("scf", "CreateAlias", **usual, Name="live", FunctionVersion=version)
aliases = tccli("scf", "ListAliases", **usual)["Aliases"]
assert {it["Name"] for it in aliases} == {"$DEFAULT", "live"}, aliases
print("cli: versions and aliases ok", flush=True)

daily = {**usual, "TriggerName": "daily", "Type": "timer"}
tccli("scf", "CreateTrigger", **daily, TriggerDesc="0 0 1 * * * *")
(trigger,) = tccli("scf", "ListTriggers", **usual)["Triggers"]
assert trigger["TriggerName"] == "daily", trigger
tccli("scf", "DeleteTrigger", **daily)
# Members of structures, each as an option of its own.
tccli(
    "scf", "PublishLayerVersion", "--cli-unfold-argument", "--LayerName", "lib",
    "--CompatibleRuntimes", "Python3.6", "--Content.ZipFile", package("x = 1\n", "lib.py"),
)
assert tccli("scf", "ListLayers")["TotalCount"] == 1
print("cli: triggers and layers ok", flush=True)

logset = tccli("cls", "CreateLogset", LogsetName="mine")["LogsetId"]
assert logset in {it["LogsetId"] for it in tccli("cls", "DescribeLogsets")["Logsets"]}
group = tccli("cfs", "CreateCfsPGroup", Name="functions")["PGroupId"]
assert group in {it["PGroupId"] for it in tccli("cfs", "DescribeCfsPGroups")["PGroupList"]}
network = tccli("vpc", "CreateVpc", VpcName="main", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
found = tccli("vpc", "DescribeVpcs", "--filter", "VpcSet[].VpcId | {ids: @}")["ids"]
assert found == [network], found
print("cli: logs, files and networks ok", flush=True)

refused("ResourceNotFound.Function", "scf", "GetFunction", FunctionName="nobody")
refused("InvalidParameterValue", "scf", "UpdateFunctionConfiguration", **usual, MemorySize=100)
tccli("scf", "DeleteFunction", **usual)
tccli("scf", "ListFunctions", *wait("TotalCount", 0), Namespace="team")
tccli("scf", "DeleteNamespace", Namespace="team")
print("cli: refusals and deletions ok")
