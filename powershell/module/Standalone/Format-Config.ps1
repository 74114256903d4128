# Can be dot-sourced without the module LabRunner, which has the same functions.
#include Public/Format-Config.ps1
