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

# A web function needs no handler: the package's scf_bootstrap starts its server.
resource "tencentcloud_scf_function" "hello" {
  name       = "web-hello"
  func_type  = "HTTP"
  runtime    = "Nodejs16.13"
  source_dir = "${path.module}/site"
  timeout    = 10

  environment = {
    GREETING = var.greeting
  }

  instance_concurrency_config {
    max_concurrency = 20
  }
}
