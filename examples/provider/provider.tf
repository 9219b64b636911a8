terraform {
  required_providers {
    tencentcloud = {
      source = "scf-rs/tencentcloud"
    }
  }
}

# Keys and region come from TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and TENCENTCLOUD_REGION,
# or from a profile of the tccli tool.
provider "tencentcloud" {
  region = "ap-guangzhou"
}
