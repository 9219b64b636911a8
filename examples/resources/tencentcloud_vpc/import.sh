terraform import tencentcloud_vpc.main 'vpc-8vazrwjv'
