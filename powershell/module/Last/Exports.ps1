# The functions above, and none of the assembly's cmdlets, which the manifest alone would hide.
Export-ModuleMember -Function *
