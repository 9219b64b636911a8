terraform import tencentcloud_cfs_file_system.files 'cfs-6hgquxmj'
