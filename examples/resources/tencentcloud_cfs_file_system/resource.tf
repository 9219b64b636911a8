resource "tencentcloud_vpc" "main" {
  name       = "main"
  cidr_block = "10.0.0.0/16"
}

resource "tencentcloud_subnet" "files" {
  name              = "files"
  vpc_id            = tencentcloud_vpc.main.id
  availability_zone = "ap-guangzhou-3"
  cidr_block        = "10.0.1.0/24"
}

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

resource "tencentcloud_cfs_file_system" "files" {
  name              = "files"
  availability_zone = "ap-guangzhou-3"
  access_group_id   = tencentcloud_cfs_access_group.functions.id
  vpc_id            = tencentcloud_vpc.main.id
  subnet_id         = tencentcloud_subnet.files.id
}

# A function that finds the files under /mnt/data. Others that mount the same file system share them.
resource "tencentcloud_scf_function" "writer" {
  name       = "writer"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/code"
  vpc_id     = tencentcloud_vpc.main.id
  subnet_id  = tencentcloud_subnet.files.id

  cfs_config {
    cfs_id           = tencentcloud_cfs_file_system.files.id
    mount_ins_id     = tencentcloud_cfs_file_system.files.id
    user_id          = "10000"
    user_group_id    = "10000"
    local_mount_dir  = "/mnt/data"
    remote_mount_dir = "/"
  }
}
