# Can be dot-sourced without the module LabRunner, which has the same functions.
#include Public/Get-Platform.ps1
