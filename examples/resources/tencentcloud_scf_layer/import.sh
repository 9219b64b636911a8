terraform import tencentcloud_scf_layer.libraries 'libraries#1'
