using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LabRunner.Errors;
using LabRunner.Settings;

namespace LabRunner
{
    /// <summary>Settings by the names that a user writes.</summary>
    internal static class SettingNames
    {
        /// <summary>The settings that the names or patterns mean, as they are ordered in the module.</summary>
        /// <exception cref="LabRunnerException">A name is not a setting.</exception>
        internal static Setting[] Find(string[] names)
        {
            HashSet<Setting> found = [];
            foreach (var name in names)
            {
                if (WildcardPattern.ContainsWildcardCharacters(name))
                {
                    var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
                    found.UnionWith(ModuleSettings.All.Where(setting => pattern.IsMatch(setting.Name)));
                }
                else
                {
                    found.Add(ModuleSettings.Find(name) ?? throw LabRunnerError.UnknownSetting(name, ModuleSettings.Similar(name), ModuleSettings.All.Select(setting => setting.Name)));
                }
            }

            return [.. ModuleSettings.All.Where(found.Contains)];
        }
    }
}

namespace LabRunner
{
    /// <summary>Completes the names of the module's settings.</summary>
    public sealed class LabSettingCompleter : LabCompleter
    {
        /// <inheritdoc/>
        public override IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
            Completion.Matching(wordToComplete, () => ModuleSettings.All.Select(setting => setting.Name));
    }
}
