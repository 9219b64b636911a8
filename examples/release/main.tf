terraform {
  required_providers {
    tencentcloud = {
      source = "scf-rs/tencentcloud"
    }
  }
}

provider "tencentcloud" {
  region = var.region
}

# Every change of code or configuration is published as a version of its own.
resource "tencentcloud_scf_function" "hello" {
  name       = "hello-release"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/function"
  publish    = true
}

# The new version is warm before the old one is let go: this ends when every instance is ready.
resource "tencentcloud_scf_provisioned_concurrency_config" "warm" {
  function_name                       = tencentcloud_scf_function.hello.name
  qualifier                           = tencentcloud_scf_function.hello.version
  version_provisioned_concurrency_num = var.warm_instances

  lifecycle {
    create_before_destroy = true
  }
}

# What users get. It moves to the new version once that is warm.
resource "tencentcloud_scf_function_alias" "release" {
  name             = "release"
  function_name    = tencentcloud_scf_function.hello.name
  function_version = tencentcloud_scf_provisioned_concurrency_config.warm.qualifier
}

# What the team tries first: always the code that was applied last.
resource "tencentcloud_scf_function_alias" "prepub" {
  name             = "prepub"
  function_name    = tencentcloud_scf_function.hello.name
  function_version = "$LATEST"
}

# An address for each of the two.
resource "tencentcloud_scf_trigger" "url" {
  for_each = toset([
    tencentcloud_scf_function_alias.release.name,
    tencentcloud_scf_function_alias.prepub.name,
  ])

  function_name = tencentcloud_scf_function.hello.name
  namespace     = tencentcloud_scf_function.hello.namespace
  qualifier     = each.key
  type          = "http"

  http {
    auth_type = "NONE"
  }
}
