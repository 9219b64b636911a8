terraform import tencentcloud_scf_function_alias.live 'default#hello#live'
