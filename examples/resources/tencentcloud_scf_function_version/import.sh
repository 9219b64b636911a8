terraform import tencentcloud_scf_function_version.hello 'hello#default#1'
