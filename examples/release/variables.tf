variable "region" {
  description = "Region of the function."
  type        = string
  default     = "ap-guangzhou"
}

variable "warm_instances" {
  description = "How many instances of the released version are always ready."
  type        = number
  default     = 2
}
