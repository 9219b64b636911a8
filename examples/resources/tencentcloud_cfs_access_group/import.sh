terraform import tencentcloud_cfs_access_group.functions 'pgroup-7nx89k7l'
