import type { Code } from './codes.ts';

/** Which of our warnings stands where dbt tells of these; every other name of dbt is known and has nothing that it speaks of. */
export const WARNING_EVENTS: Partial<Readonly<Record<Code, readonly string[]>>> = {
  ETL1005: [
    'CustomKeyInConfigDeprecation',
    'CustomKeyInObjectDeprecation',
    'CustomTopLevelKeyDeprecation',
    'GenericJSONSchemaValidationDeprecation',
    'ValidationWarning',
    'InvalidValueForField',
    'ConfigSourcePathDeprecation',
    'ConfigDataPathDeprecation',
    'MissingPlusPrefixDeprecation',
  ],
  ETL1013: ['UnusedResourceConfigPath'],
  ETL2004: ['JinjaLogWarning'],
  ETL2010: ['PackageMaterializationOverrideDeprecation'],
  ETL3001: ['NodeNotFoundOrDisabled'],
  ETL3002: ['NodeNotFoundOrDisabled'],
  ETL3003: ['NodeNotFoundOrDisabled'],
  ETL3008: ['NoNodesForSelectionCriteria', 'NoNodesSelected', 'NothingToDo'],
  ETL3010: ['NoNodeForYamlKey', 'WrongResourceSchemaFile', 'MacroNotFoundForPatch'],
  ETL3036: ['UnversionedBreakingChange'],
  ETL3080: [
    'SeedIncreased',
    'SeedExceedsLimitSamePath',
    'SeedExceedsLimitAndPathChanged',
    'SeedExceedsLimitChecksumChanged',
  ],
  ETL4002: ['UnsupportedConstraintMaterialization', 'InvalidConcurrentBatchesConfig'],
  ETL4020: ['JinjaLogWarning'],
  ETL4045: ['MicrobatchModelNoEventTimeInputs'],
  ETL4080: ['JinjaLogWarning'],
  ETL6002: ['LogTestResult', 'RunResultWarning', 'RunResultWarningMessage'],
  ETL6003: ['LogFreshnessResult'],
};

/** The ones that dbt counts as deprecations. */
export const DEPRECATIONS: ReadonlySet<Code> = new Set(['ETL1005', 'ETL2010']);

/** Names of dbt's other warnings. */
const OTHERS =
  'AdapterDeprecationWarning ArgumentsPropertyInGenericTestDeprecation CollectFreshnessReturnSignature ConfigLogPathDeprecation ' +
  'ConfigTargetPathDeprecation CustomOutputPathInSourceFreshnessDeprecation DeprecatedModel DeprecatedReference ' +
  'DeprecationsSummary DepsScrubbedPackageName DepsUnpinned DuplicateNameDistinctNodeTypesDeprecation ' +
  'DuplicateYAMLKeysDeprecation EnvironmentVariableNamespaceDeprecation EnvironmentVariableRenamed ExposureNameDeprecation ' +
  'FreshnessConfigProblem GenerateSchemaNameNullValueDeprecation GenericSemanticLayerDeprecation InternalDeprecation ' +
  'InvalidMacroAnnotation LogSnapshotResult MFConverterIssue MFCumulativeTypeParamsDeprecation ' +
  'MFTimespineWithoutYamlConfigurationDeprecation MetricAttributesRenamed MicrobatchMacroOutsideOfBatchesDeprecation ' +
  'MissingArgumentsPropertyInGenericTestDeprecation ModelParamUsageDeprecation ' +
  'ModulesItertoolsUsageDeprecation PackageInstallPathDeprecation ' +
  'PackageNodeDependsOnRootProjectNode PackageRedirectDeprecation ProjectFlagsMovedDeprecation ' +
  'PropertyMovedToConfigDeprecation ResourceNamesWithSpacesDeprecation ' +
  'SelectExcludeIgnoredWithSelectorWarning ' +
  'SemanticValidationFailure SnapshotTimestampWarning SourceFreshnessProjectHooksNotRun SourceOverrideDeprecation ' +
  'TestsConfigDeprecation TimeDimensionsRequireGranularityDeprecation UnexpectedJinjaBlockDeprecation ' +
  'UnusedTables UpcomingReferenceDeprecation WEOIncludeExcludeDeprecation WarnStateTargetEqual';

/** Every name of a warning that dbt knows. */
export const EVENT_NAMES: ReadonlySet<string> = new Set([
  ...Object.values(WARNING_EVENTS).flat(),
  ...OTHERS.split(' '),
]);
