"""The vendor's SDK against the local cloud: every action of the function platform, and the services
that functions hang on."""

import inspect
import json
import os
import time

from tencentcloud.cfs.v20190719 import cfs_client, models as cfs_models
from tencentcloud.cls.v20201016 import cls_client, models as cls_models
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.monitor.v20180724 import models as monitor_models, monitor_client
from tencentcloud.scf.v20180416 import models as scf_models, scf_client
from tencentcloud.vpc.v20170312 import models as vpc_models, vpc_client

from package import HELLO, SLOW, package


class Service:
    """A client that takes and gives plain values, and knows what it was asked."""

    def __init__(self, client, models):
        protocol, _, endpoint = os.environ["TENCENTCLOUD_ENDPOINT"].partition("://")
        http = HttpProfile(protocol=protocol, endpoint=endpoint)
        keys = Credential(
            os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"]
        )
        self.client = client(keys, os.environ["TENCENTCLOUD_REGION"], ClientProfile(httpProfile=http))
        self.models = models
        self.called = set()

    def __getattr__(self, action):
        def call(**parameters):
            request = getattr(self.models, action + "Request")()
            request.from_json_string(json.dumps(parameters))
            self.called.add(action)
            return getattr(self.client, action)(request)

        return call

    def not_called(self):
        actions = inspect.getmembers(type(self.client), inspect.isfunction)
        return sorted({name for name, _ in actions if name[0].isupper()} - self.called)


scf = Service(scf_client.ScfClient, scf_models)
vpc = Service(vpc_client.VpcClient, vpc_models)
cfs = Service(cfs_client.CfsClient, cfs_models)
cls = Service(cls_client.ClsClient, cls_models)
monitor = Service(monitor_client.MonitorClient, monitor_models)


def until(look, done):
    """What `look` sees once it is `done`."""
    deadline = time.monotonic() + 30
    while True:
        seen = look()
        if done(seen):
            return seen
        assert time.monotonic() < deadline, seen
        time.sleep(0.02)


def settled(name, **more):
    return until(
        lambda: scf.GetFunction(FunctionName=name, **more), lambda seen: seen.Status == "Active"
    )


def refused(code, call, **parameters):
    try:
        call(**parameters)
    except TencentCloudSDKException as error:
        assert error.get_code() == code, error
        assert error.get_request_id(), error
    else:
        raise AssertionError(f"{code} was not raised")


def namespaces():
    scf.CreateNamespace(Namespace="team", Description="one")
    scf.UpdateNamespace(Namespace="team", Description="two")
    found = {it.Name: it.Description for it in scf.ListNamespaces().Namespaces}
    assert found["team"] == "two" and "default" in found, found
    scf.CreateFunction(
        FunctionName="theirs", Namespace="team", Code={"ZipFile": package(HELLO)},
        Handler="index.main", Runtime="Python3.6",
    )
    settled("theirs", Namespace="team")
    refused("FailedOperation.DeleteNamespace", scf.DeleteNamespace, Namespace="team")
    scf.DeleteFunction(FunctionName="theirs", Namespace="team")
    until(lambda: scf.ListFunctions(Namespace="team").TotalCount, lambda count: count == 0)
    scf.DeleteNamespace(Namespace="team")


def functions():
    scf.CreateFunction(
        FunctionName="hello", Runtime="Python3.6", Handler="index.main",
        Code={"ZipFile": package(HELLO)}, Environment={"Variables": [{"Key": "A", "Value": "1"}]},
        Tags=[{"Key": "team", "Value": "one"}],
    )
    created = settled("hello")
    assert created.Environment.Variables[0].Value == "1" and created.MemorySize == 128, created
    scf.UpdateFunctionConfiguration(FunctionName="hello", MemorySize=256, Timeout=5)
    assert settled("hello").MemorySize == 256
    scf.UpdateFunctionCode(
        FunctionName="hello", Handler="index.main", ZipFile=package(HELLO + "# two\n")
    )
    settled("hello")
    assert scf.GetFunctionAddress(FunctionName="hello").CodeSha256
    scf.CopyFunction(FunctionName="hello", NewFunctionName="copy")
    settled("copy")
    assert scf.ListFunctions().TotalCount == 2
    assert scf.GetAccount().AccountUsage.TotalConcurrencyMem is not None
    refused("ResourceNotFound.Function", scf.GetFunction, FunctionName="nobody")


def versions_and_aliases():
    first = scf.PublishVersion(FunctionName="hello", Description="one").FunctionVersion
    settled("hello", Qualifier=first)
    settled("hello")
    second = scf.PublishVersion(FunctionName="hello").FunctionVersion
    settled("hello", Qualifier=second)
    settled("hello")
    versions = [it.Version for it in scf.ListVersionByFunction(FunctionName="hello").Versions]
    assert set(versions) == {"$LATEST", first, second}, versions
    scf.CreateAlias(FunctionName="hello", Name="live", FunctionVersion=first)
    scf.UpdateAlias(
        FunctionName="hello", Name="live", FunctionVersion=first,
        RoutingConfig={"AdditionalVersionWeights": [{"Version": second, "Weight": 0.25}]},
    )
    alias = scf.GetAlias(FunctionName="hello", Name="live")
    assert alias.RoutingConfig.AdditionalVersionWeights[0].Weight == 0.25, alias
    names = {it.Name for it in scf.ListAliases(FunctionName="hello").Aliases}
    assert names == {"$DEFAULT", "live"}, names
    scf.PutProvisionedConcurrencyConfig(
        FunctionName="hello", Qualifier=first, VersionProvisionedConcurrencyNum=1
    )
    until(
        lambda: scf.GetProvisionedConcurrencyConfig(FunctionName="hello").Allocated[0],
        lambda seen: seen.AvailableProvisionedConcurrencyNum == 1,
    )
    scf.DeleteProvisionedConcurrencyConfig(FunctionName="hello", Qualifier=first)
    scf.DeleteAlias(FunctionName="hello", Name="live")
    scf.DeleteFunctionVersion(FunctionName="hello", Qualifier=second)


def calls():
    answer = scf.Invoke(FunctionName="hello", ClientContext='{"a": 1}', LogType="Tail").Result
    assert json.loads(answer.RetMsg) == {"a": 1} and "called" in answer.Log, answer
    answer = scf.InvokeFunction(FunctionName="hello", Event='{"b": 1}').Result
    assert json.loads(answer.RetMsg) == {"b": 1}, answer
    status = scf.GetRequestStatus(
        FunctionName="hello", FunctionRequestId=answer.FunctionRequestId
    ).Data
    assert json.loads(status[0].RetMsg) == {"b": 1}, status
    assert scf.GetFunctionLogs(FunctionName="hello").TotalCount == 2
    config = {"RetryConfig": [{"RetryNum": 1}], "MsgTTL": 600}
    scf.UpdateFunctionEventInvokeConfig(FunctionName="hello", AsyncTriggerConfig=config)
    kept = scf.GetFunctionEventInvokeConfig(FunctionName="hello").AsyncTriggerConfig
    assert kept.MsgTTL == 600 and kept.RetryConfig[0].RetryNum == 1, kept


def asynchronous_runs():
    scf.CreateFunction(
        FunctionName="slow", Runtime="Python3.6", Handler="index.main", Timeout=60,
        AsyncRunEnable="TRUE", TraceEnable="TRUE", Code={"ZipFile": package(SLOW)},
    )
    settled("slow")
    run = scf.Invoke(FunctionName="slow", InvocationType="Event").Result.FunctionRequestId
    until(
        lambda: scf.GetAsyncEventStatus(InvokeRequestId=run).Result.Status,
        lambda status: status == "RUNNING",
    )
    listed = scf.ListAsyncEvents(FunctionName="slow").EventList
    assert [it.InvokeRequestId for it in listed] == [run], listed
    scf.TerminateAsyncEvent(FunctionName="slow", InvokeRequestId=run)
    status = scf.GetAsyncEventStatus(InvokeRequestId=run).Result.Status
    assert status == "ABORTED", status


def concurrency():
    scf.PutReservedConcurrencyConfig(FunctionName="hello", ReservedConcurrencyMem=1280)
    assert scf.GetReservedConcurrencyConfig(FunctionName="hello").ReservedMem == 1280
    scf.DeleteReservedConcurrencyConfig(FunctionName="hello")
    scf.PutTotalConcurrencyConfig(TotalConcurrencyMem=100_000)


def triggers():
    daily = {"FunctionName": "hello", "TriggerName": "daily", "Type": "timer"}
    scf.CreateTrigger(**daily, TriggerDesc="0 0 1 * * * *", Enable="OPEN")
    scf.UpdateTrigger(**daily, TriggerDesc="0 0 2 * * * *")
    scf.UpdateTriggerStatus(**daily, Enable="CLOSE")
    (trigger,) = scf.ListTriggers(FunctionName="hello").Triggers
    assert "0 0 2" in trigger.TriggerDesc and trigger.Enable == 0, trigger
    scf.DeleteTrigger(**daily)
    route = {"FunctionName": "hello", "Namespace": "default", "Qualifier": "$LATEST"}
    for path in ["/*", "/one/*"]:
        change = scf.CreateCustomDomain if path == "/*" else scf.UpdateCustomDomain
        change(
            Domain="f.example.com", Protocol="HTTP",
            EndpointsConfig=[{**route, "PathMatch": path}],
        )
        domain = scf.GetCustomDomain(Domain="f.example.com")
        assert domain.EndpointsConfig[0].PathMatch == path, domain
    assert scf.ListCustomDomains().Total == 1
    scf.DeleteCustomDomain(Domain="f.example.com")


def layers():
    content = {"ZipFile": package("x = 1\n", "lib.py")}
    made = scf.PublishLayerVersion(
        LayerName="lib", CompatibleRuntimes=["Python3.6"], Content=content
    ).LayerVersion
    layer = {"LayerName": "lib", "LayerVersion": made}
    until(lambda: scf.GetLayerVersion(**layer).Status, lambda status: status == "Active")
    assert scf.ListLayers().TotalCount == 1
    assert len(scf.ListLayerVersions(LayerName="lib").LayerVersions) == 1
    scf.DeleteLayerVersion(**layer)


def logs_and_metrics():
    logset = cls.CreateLogset(LogsetName="mine").LogsetId
    topic = cls.CreateTopic(LogsetId=logset, TopicName="functions").TopicId
    scf.CreateFunction(
        FunctionName="logged", Runtime="Python3.6", Handler="index.main",
        Code={"ZipFile": package(HELLO)}, ClsLogsetId=logset, ClsTopicId=topic,
    )
    settled("logged")
    scf.Invoke(FunctionName="logged")
    now = int(time.time() * 1000)
    found = cls.SearchLog(
        TopicId=topic, QueryString='"called"', From=now - 600_000, To=now + 600_000
    ).Results
    assert len(found) == 1, found
    assert cls.DescribeIndex(TopicId=topic).Status is True
    names = monitor.DescribeBaseMetrics(Namespace="QCE/SCF_V2").MetricSet
    assert "Invocation" in {it.MetricName for it in names}, names
    scf.DeleteFunction(FunctionName="logged")
    cls.DeleteTopic(TopicId=topic)
    cls.DeleteLogset(LogsetId=logset)


def networks_and_files():
    network = vpc.CreateVpc(VpcName="main", CidrBlock="10.0.0.0/16").Vpc.VpcId
    subnet = vpc.CreateSubnet(
        VpcId=network, SubnetName="a", CidrBlock="10.0.0.0/24", Zone="ap-guangzhou-3"
    ).Subnet.SubnetId
    group = cfs.CreateCfsPGroup(Name="functions").PGroupId
    rule = cfs.CreateCfsRule(
        PGroupId=group, AuthClientIp="10.0.0.0/16", Priority=1, RWPermission="RW",
        UserPermission="no_root_squash",
    ).RuleId
    files = cfs.CreateCfsFileSystem(
        Zone="ap-guangzhou-3", NetInterface="VPC", PGroupId=group, Protocol="NFS",
        StorageType="SD", VpcId=network, SubnetId=subnet,
    ).FileSystemId
    until(
        lambda: cfs.DescribeCfsFileSystems(FileSystemId=files).FileSystems[0].LifeCycleState,
        lambda state: state == "available",
    )
    assert cfs.DescribeMountTargets(FileSystemId=files).MountTargets[0].SubnetId == subnet
    cfs.DeleteCfsFileSystem(FileSystemId=files)
    until(lambda: cfs.DescribeCfsFileSystems().TotalCount, lambda count: count == 0)
    cfs.DeleteCfsRule(PGroupId=group, RuleId=rule)
    cfs.DeleteCfsPGroup(PGroupId=group)


def everything_goes():
    for name in ["hello", "copy", "slow"]:
        scf.DeleteFunction(FunctionName=name)
    until(lambda: scf.ListFunctions().TotalCount, lambda count: count == 0)


for check in [
    namespaces, functions, versions_and_aliases, calls, asynchronous_runs, concurrency, triggers,
    layers, logs_and_metrics, networks_and_files, everything_goes,
]:
    check()
    print(f"sdk: {check.__name__} ok", flush=True)

assert not scf.not_called(), f"actions of the SDK that were not called: {scf.not_called()}"
print(f"sdk: all {len(scf.called)} actions of the function platform were called")
