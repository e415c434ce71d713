interface ImportMetaEnv {
  /** Where the API is. */
  readonly VITE_RECOVERY: string;
}
