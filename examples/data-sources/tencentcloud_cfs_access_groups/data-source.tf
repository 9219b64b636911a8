data "tencentcloud_cfs_access_groups" "basic" {
  access_group_id = "pgroupbasic"
}
