//! The product's rules, by their numbers.

use serde_json::{Value, json};

use super::{HELLO, about, create, python, wait, zip};
use crate::support::{Client, client, wait_for};

/// A create request that says `more`.
fn with(name: &str, more: Value) -> Value {
    let mut request = python(name, HELLO);
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

/// The code with which a create call that says `more` is refused.
#[track_caller]
fn refused(client: &Client, more: Value) -> String {
    let code = client.code("scf.CreateFunction", with("hello", more));
    let nothing = client.ok("scf.ListFunctions", json!({}));
    assert_eq!(nothing["TotalCount"], 0, "a refused create left something");
    code
}

#[test]
fn r33_a_namespace_holds_fifty_functions() {
    let client = client();
    let mut request = python("hello", HELLO);
    for i in 0..50 {
        request["FunctionName"] = json!(format!("hello{i}"));
        client.ok("scf.CreateFunction", request.clone());
    }
    request["FunctionName"] = json!("hello50");
    assert_eq!(client.code("scf.CreateFunction", request), "LimitExceeded.Function");
}

#[test]
fn r46_memory_is_64_or_a_multiple_of_128() {
    let client = client();
    for mb in [0, 63, 65, 100, 192, -128] {
        let code = refused(&client, json!({"MemorySize": mb}));
        assert_eq!(code, "InvalidParameterValue.Memory", "{mb}");
    }
    assert_eq!(refused(&client, json!({"MemorySize": 3200})), "LimitExceeded.Memory");
    for (i, mb) in [64, 128, 3072].into_iter().enumerate() {
        let read = create(&client, with(&format!("hello{i}"), json!({"MemorySize": mb})));
        assert_eq!(read["MemorySize"], mb);
    }
}

#[test]
fn r48_timeouts_are_1_to_900_seconds() {
    let client = client();
    for seconds in [0, 901, -1] {
        let code = refused(&client, json!({"Timeout": seconds}));
        assert_eq!(code, "LimitExceeded.Timeout", "{seconds}");
    }
}

#[test]
fn r283_descriptions_have_at_most_1000_characters() {
    let code = refused(&client(), json!({"Description": "d".repeat(1001)}));
    assert_eq!(code, "InvalidParameterValue.Description");
}

#[test]
fn r62_r65_types_and_runtimes_are_those_that_exist() {
    let client = client();
    assert_eq!(refused(&client, json!({"Type": "Web"})), "InvalidParameterValue.Type");
    assert_eq!(refused(&client, json!({"Runtime": "Cobol1"})), "InvalidParameterValue.Runtime");
    assert_eq!(refused(&client, json!({"Handler": "index"})), "InvalidParameterValue.Handler");
    assert_eq!(
        refused(&client, json!({"FunctionName": "1a"})),
        "InvalidParameterValue.FunctionName"
    );
    assert_eq!(refused(&client, json!({"Namespace": "nowhere"})), "ResourceNotFound.Namespace");
}

#[test]
fn r72_init_timeouts_are_3_to_300_seconds() {
    let client = client();
    for seconds in [2, 301] {
        let code = refused(&client, json!({"InitTimeout": seconds}));
        assert_eq!(code, "LimitExceeded.InitTimeout", "{seconds}");
    }
    for (name, seconds) in [("least", 3), ("most", 300)] {
        let read = create(&client, with(name, json!({"InitTimeout": seconds})));
        assert_eq!(read["InitTimeout"], seconds);
    }
}

#[test]
fn r83_asynchronous_run_mode_allows_a_day() {
    let more = json!({"AsyncRunEnable": "TRUE", "TraceEnable": "TRUE", "Timeout": 86_400});
    let read = create(&client(), with("hello", more));
    assert_eq!([&read["AsyncRunEnable"], &read["TraceEnable"]], ["TRUE", "TRUE"]);
}

#[test]
fn r85_tracing_needs_asynchronous_run_mode() {
    let code = refused(&client(), json!({"TraceEnable": "TRUE"}));
    assert_eq!(code, "InvalidParameterValue.TraceEnable");
}

#[test]
fn r39_environments_are_checked() {
    let client = client();
    for (key, value, code) in [
        ("A", "x".repeat(4096), "EnvironmentExceededLimit"),
        ("SCF_A", "x".to_owned(), "EnvironmentSystemProtect"),
        ("1A", "x".to_owned(), "Environment"),
        ("OS_NAMESERVER", "x".to_owned(), "DnsInfo"),
    ] {
        let variables = json!({"Variables": [{"Key": key, "Value": value}]});
        let refused = refused(&client, json!({"Environment": variables}));
        assert_eq!(refused, format!("InvalidParameterValue.{code}"), "{key}");
    }
}

#[test]
fn r96_code_is_a_zip_archive() {
    let client = client();
    let code = |file: &str| refused(&client, json!({"Code": {"ZipFile": file}}));
    assert_eq!(code("aGVsbG8="), "InvalidParameterValue.ZipFile");
    assert_eq!(code("not base64!"), "InvalidParameterValue.ZipFileBase64BinasciiError");
    assert_eq!(code(""), "MissingParameter.Code");
}

#[test]
fn r97_the_entry_file_lies_at_the_root() {
    let client = client();
    let code = json!({"ZipFile": zip(&[("app/index.py", HELLO)])});
    let request = with("hello", json!({"Code": code}));
    let (code, text) = client.call("scf.CreateFunction", request).unwrap_err();
    assert_eq!(code, "InvalidParameterValue.Code");
    assert!(text.contains("app/index.py"), "{text}");
    let node = json!({"Runtime": "Nodejs16.13"});
    assert_eq!(refused(&client, node), "InvalidParameterValue.Code");
}

#[test]
fn r68_a_new_handler_must_be_in_the_package() {
    let client = client();
    create(&client, python("hello", HELLO));
    let handler = |handler: &str| about("hello", json!({"Handler": handler}));
    let code = client.code("scf.UpdateFunctionCode", handler("other.main"));
    assert_eq!(code, "InvalidParameterValue.Code");
    client.ok("scf.UpdateFunctionCode", handler("index.other"));
    assert_eq!(wait(&client, "hello", "Active")["Handler"], "index.other");
}

#[test]
fn r121_a_web_function_starts_from_scf_bootstrap() {
    let client = client();
    assert_eq!(refused(&client, json!({"Type": "HTTP"})), "InvalidParameterValue.Code");
    let code = json!({"ZipFile": zip(&[("scf_bootstrap", "#!/bin/bash\n")])});
    let read = create(&client, with("web", json!({"Type": "HTTP", "Code": code})));
    assert_eq!(read["Type"], "HTTP");
    let code = client.code("scf.Invoke", about("web", json!({})));
    assert_eq!(code, "InvalidParameterValue.FunctionType", "R112");
}

#[test]
fn r94_code_has_one_source_that_exists() {
    let client = client();
    let file = zip(&[("index.py", HELLO)]);
    let image = json!({"ImageType": "personal", "ImageUri": "x"});
    for (code, refusal) in [
        (json!({}), "MissingParameter.Code"),
        (json!({"ZipFile": file, "DemoId": "d"}), "InvalidParameterValue.Code"),
        (json!({"DemoId": "d"}), "ResourceNotFound.Demo"),
        (json!({"CosBucketName": "b", "CosObjectName": "/o"}), "ResourceNotFound.Cos"),
        (json!({"ImageConfig": image}), "InvalidParameterValue.ImageUri"),
        (json!({"ImageConfig": image, "ZipFile": file}), "InvalidParameterValue.Code"),
    ] {
        assert_eq!(refused(&client, json!({"Code": code})), refusal, "{code}");
    }
}

#[test]
fn what_does_not_exist_here_is_not_accepted() {
    let client = client();
    let layer = json!({"Layers": [{"LayerName": "l", "LayerVersion": 1}]});
    assert_eq!(refused(&client, layer), "ResourceNotFound.Layer");
    let mount = json!([{"UserId": "1", "UserGroupId": "1", "CfsId": "c", "MountInsId": "c",
                        "LocalMountDir": "/mnt/a", "RemoteMountDir": "/"}]);
    let code = refused(&client, json!({"CfsConfig": {"CfsInsList": mount}}));
    assert_eq!(code, "InvalidParameterValue.VpcNotSetWhenOpenCfs", "R384");
    let code = refused(&client, json!({"InstallDependency": "TRUE"}));
    assert_eq!(code, "UnsupportedOperation");
}

#[test]
fn r159_r160_idle_timeouts_fit_into_the_timeout() {
    let client = client();
    let web = |idle: i64, timeout: i64| {
        json!({"Type": "HTTP", "ProtocolType": "WS", "Timeout": timeout,
               "ProtocolParams": {"WSParams": {"IdleTimeOut": idle}},
               "Code": {"ZipFile": zip(&[("scf_bootstrap", "#!/bin/bash\n")])}})
    };
    for (idle, timeout) in [(9, 60), (7201, 60), (30, 20)] {
        let code = refused(&client, web(idle, timeout));
        assert_eq!(code, "InvalidParameterValue.IdleTimeOut", "{idle} {timeout}");
    }
    let event = json!({"ProtocolType": "WS"});
    assert_eq!(refused(&client, event), "InvalidParameterValue.ProtocolType");
    let read = create(&client, with("web", web(30, 60)));
    assert_eq!(read["ProtocolParams"]["WSParams"]["IdleTimeOut"], 30);
}

#[test]
fn r166_only_web_functions_serve_several_requests_per_instance() {
    let config = json!({"DynamicEnabled": "FALSE", "MaxConcurrency": 10});
    let code = refused(&client(), json!({"InstanceConcurrencyConfig": config}));
    assert_eq!(code, "InvalidParameterValue.InstanceConcurrencyConfig");
}

fn subnet(client: &Client) -> (Value, Value) {
    let vpc = client.ok("vpc.CreateVpc", json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16"}));
    let vpc = vpc["Vpc"]["VpcId"].clone();
    let (zone, cidr) = ("ap-guangzhou-3", "10.0.1.0/24");
    let request = json!({"VpcId": vpc, "SubnetName": "s", "Zone": zone, "CidrBlock": cidr});
    let subnet = client.ok("vpc.CreateSubnet", request);
    (vpc, subnet["Subnet"]["SubnetId"].clone())
}

#[test]
fn a_fixed_intranet_address_is_one_of_the_functions_subnet() {
    let client = client();
    let on = json!({"IntranetConfig": {"IpFixed": "ENABLE"}});
    assert_eq!(refused(&client, on.clone()), "InvalidParameterValue.IntranetConfig");
    let (vpc, subnet) = subnet(&client);
    let network = json!({"VpcConfig": {"VpcId": vpc, "SubnetId": subnet}});
    let mut request = with("inside", network);
    request["IntranetConfig"] = on["IntranetConfig"].clone();
    let read = create(&client, request);
    let address = read["IntranetConfig"]["IpAddress"][0].as_str().unwrap().to_owned();
    assert!(address.starts_with("10.0.1."), "{address}");
    let more = about("inside", json!({"Description": "x"}));
    client.ok("scf.UpdateFunctionConfiguration", more);
    let read = wait(&client, "inside", "Active");
    assert_eq!(read["IntranetConfig"]["IpAddress"][0], json!(address), "it stays");
    let outside = about("inside", json!({"VpcConfig": {"VpcId": "", "SubnetId": ""}}));
    client.ok("scf.UpdateFunctionConfiguration", outside);
    let read = wait(&client, "inside", "Active");
    assert_eq!(read["IntranetConfig"], json!({"IpFixed": "DISABLE", "IpAddress": []}));
}

#[test]
fn r343_r344_vpc_and_subnet_come_together_and_exist() {
    let client = client();
    let (vpc, subnet) = subnet(&client);
    let code = |vpc: &Value, subnet: &Value| {
        refused(&client, json!({"VpcConfig": {"VpcId": vpc, "SubnetId": subnet}}))
    };
    let none = json!("");
    assert_eq!(code(&vpc, &none), "InvalidParameterValue.Vpc");
    assert_eq!(code(&none, &subnet), "InvalidParameterValue.Vpc");
    assert_eq!(code(&vpc, &json!("subnet-00000000")), "ResourceNotFound.Vpc");
    assert_eq!(code(&json!("vpc-00000000"), &subnet), "ResourceNotFound.Vpc");
}

#[test]
fn r345_functions_take_addresses_of_their_subnet() {
    let client = client();
    let (vpc, subnet) = subnet(&client);
    let config = json!({"VpcId": vpc, "SubnetId": subnet});
    let read = create(&client, with("hello", json!({"VpcConfig": config})));
    assert_eq!(read["VpcConfig"], config);
    let read = client.ok("vpc.DescribeSubnets", json!({"SubnetIds": [subnet]}));
    assert_eq!(read["SubnetSet"][0]["AvailableIpAddressCount"], 252);
    let delete = || client.call("vpc.DeleteSubnet", json!({"SubnetId": subnet}));
    assert_eq!(delete().unwrap_err().0, "ResourceInUse");
    let out = json!({"VpcConfig": {"VpcId": "", "SubnetId": ""}});
    client.ok("scf.UpdateFunctionConfiguration", about("hello", out));
    wait(&client, "hello", "Active");
    wait_for(|| delete().ok());
}

#[test]
fn r345_a_version_holds_its_subnet_until_it_goes() {
    let client = client();
    let (vpc, subnet) = subnet(&client);
    let config = json!({"VpcId": vpc, "SubnetId": subnet});
    create(&client, with("hello", json!({"VpcConfig": config})));
    super::publish(&client, "hello");
    let out = json!({"VpcConfig": {"VpcId": "", "SubnetId": ""}});
    client.ok("scf.UpdateFunctionConfiguration", about("hello", out));
    wait(&client, "hello", "Active");
    // The transitions here are a few milliseconds; a lasting hold is still there after them.
    std::thread::sleep(std::time::Duration::from_millis(20));
    let delete = || client.call("vpc.DeleteSubnet", json!({"SubnetId": subnet}));
    assert_eq!(delete().unwrap_err().0, "ResourceInUse");
    client.ok("scf.DeleteFunction", about("hello", json!({})));
    wait_for(|| delete().ok());
}

#[test]
fn r331_to_r337_fixed_addresses_are_shared() {
    let client = client();
    let fixed = |public: &str| {
        let eip = json!({"EipStatus": "ENABLE"});
        json!({"PublicNetConfig": {"PublicNetStatus": public, "EipConfig": eip}})
    };
    assert_eq!(refused(&client, fixed("DISABLE")), "InvalidParameterValue.EipConfig", "R331");
    let address = |name: &str, more: Value| {
        let read = create(&client, with(name, more));
        read["PublicNetConfig"]["EipConfig"]["EipAddress"][0].clone()
    };
    let one = address("one", fixed("ENABLE"));
    assert!(one.is_string());
    assert_eq!(address("two", fixed("ENABLE")), one, "R335");
    let (vpc, subnet) = subnet(&client);
    let mut inside = fixed("ENABLE");
    inside["VpcConfig"] = json!({"VpcId": vpc, "SubnetId": subnet});
    assert_ne!(address("three", inside), one, "R337");
    for name in ["one", "two"] {
        client.ok("scf.DeleteFunction", about(name, json!({})));
    }
    assert_ne!(address("four", fixed("ENABLE")), one, "R336");
}

#[test]
fn r60_r84_what_cannot_change_stays() {
    let client = client();
    create(&client, python("hello", HELLO));
    let update = |more: Value| client.call("scf.UpdateFunctionConfiguration", about("hello", more));
    let code = |more: Value| update(more).unwrap_err().0;
    assert_eq!(code(json!({"Runtime": "Python3.7"})), "InvalidParameterValue.Runtime");
    assert_eq!(code(json!({"AsyncRunEnable": "TRUE"})), "UnknownParameter");
    update(json!({"Runtime": "Python3.6"})).unwrap();
}

#[test]
fn r29_r339_quotas_of_code_and_of_fixed_addresses_hold() {
    let client = client();
    let quota = |name: &str, limit: i64| {
        let (account, region) = (&client.secret_id, &client.region);
        let change = json!({"account": account, "region": region, "name": name, "limit": limit});
        assert_eq!(client.console("POST", "quotas", &change).status, 200);
    };
    quota("scf.code_bytes", 100);
    assert_eq!(refused(&client, json!({})), "LimitExceeded.Quota");
    quota("scf.code_bytes", 1_000_000);
    quota("scf.fixed_ips", 0);
    let eip = json!({"EipStatus": "ENABLE"});
    let fixed = json!({"PublicNetConfig": {"PublicNetStatus": "ENABLE", "EipConfig": eip}});
    assert_eq!(refused(&client, fixed), "LimitExceeded.Eip");
    quota("scf.versions", 1);
    create(&client, python("hello", HELLO));
    super::publish(&client, "hello");
    let code = client.code("scf.PublishVersion", about("hello", json!({})));
    assert_eq!(code, "LimitExceeded.FunctionVersions");
}
