data "tencentcloud_cfs_file_systems" "zone" {
  availability_zone = "ap-guangzhou-3"
}
