resource "tencentcloud_cfs_access_group" "functions" {
  name        = "functions"
  description = "What functions may do"
}

resource "tencentcloud_cfs_access_rule" "subnet" {
  access_group_id = tencentcloud_cfs_access_group.functions.id
  auth_client_ip  = "10.0.1.0/24"
  priority        = 1
  rw_permission   = "RW"
  user_permission = "no_root_squash"
}
