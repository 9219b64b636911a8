terraform import tencentcloud_scf_function.hello 'default+hello'
