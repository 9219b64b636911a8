resource "tencentcloud_cfs_access_group" "functions" {
  name        = "functions"
  description = "What functions may do"
}
