data "tencentcloud_scf_account_info" "here" {}

output "concurrency_left" {
  value = (
    data.tencentcloud_scf_account_info.here.account_usage[0].total_concurrency_mem
    -data.tencentcloud_scf_account_info.here.account_usage[0].total_allocated_concurrency_mem
  )
}
