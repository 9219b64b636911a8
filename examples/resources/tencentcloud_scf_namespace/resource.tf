resource "tencentcloud_scf_namespace" "web" {
  namespace   = "web"
  description = "Functions of the web site"
}

# The functions of this namespace run in a Kubernetes cluster of the same account.
resource "tencentcloud_vpc" "cluster" {
  name       = "cluster"
  cidr_block = "10.0.0.0/16"
}

resource "tencentcloud_subnet" "cluster" {
  vpc_id            = tencentcloud_vpc.cluster.id
  name              = "functions"
  cidr_block        = "10.0.1.0/24"
  availability_zone = "ap-guangzhou-3"
}

resource "tencentcloud_scf_namespace" "cluster" {
  namespace = "cluster"

  resource_env {
    tke {
      cluster_id = "cls-12345678"
      subnet_id  = tencentcloud_subnet.cluster.id
      namespace  = "functions"

      node_selector {
        key   = "disk"
        value = "ssd"
      }
    }
  }
}
