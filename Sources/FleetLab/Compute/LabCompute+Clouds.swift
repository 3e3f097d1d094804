/// How clients find the cloud.
extension LabCompute {
  /// Address of Keystone v3, for `auth_url`.
  package var authURL: String { root + "/identity/v3" }

  /// A `clouds.yaml` with the admin of the lab under `cloud`, and its ordinary user under `CLOUD-demo`.
  package func cloudsYAML(_ cloud: String = "lab") -> String {
    "clouds:\n" + entry(cloud, user: "admin", password: settings.adminPassword)
      + entry(cloud + "-demo", user: "demo", password: settings.demoPassword)
  }

  /// The same with an application credential of the admin.
  package func cloudsYAML(_ cloud: String = "lab", credential: (id: String, secret: String)) -> String {
    """
    clouds:
      \(cloud):
        auth_type: v3applicationcredential
        auth:
          auth_url: \(authURL)
          application_credential_id: \(credential.id)
          application_credential_secret: \(credential.secret)
        region_name: RegionOne
        identity_api_version: '3'

    """
  }

  private func entry(_ cloud: String, user: String, password: String) -> String {
    """
      \(cloud):
        auth:
          auth_url: \(authURL)
          username: \(user)
          password: \(password)
          project_name: \(user)
          user_domain_id: default
          project_domain_id: default
        region_name: RegionOne
        identity_api_version: '3'

    """
  }
}
