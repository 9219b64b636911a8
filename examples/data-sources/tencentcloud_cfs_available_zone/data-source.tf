data "tencentcloud_cfs_available_zone" "all" {}
