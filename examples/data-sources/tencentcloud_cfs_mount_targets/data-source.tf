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

resource "tencentcloud_cfs_file_system" "files" {
  availability_zone = "ap-guangzhou-3"
  access_group_id   = "pgroupbasic"
  vpc_id            = tencentcloud_vpc.main.id
  subnet_id         = tencentcloud_subnet.files.id
}

data "tencentcloud_cfs_mount_targets" "files" {
  file_system_id = tencentcloud_cfs_file_system.files.id
}
