data "tencentcloud_cfs_access_rules" "basic" {
  access_group_id = "pgroupbasic"
}
